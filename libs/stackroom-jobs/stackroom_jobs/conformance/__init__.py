"""What every operation promises, as tests: ``python -m stackroom_jobs.conformance my_worker``.

An operation is tested by being there. Records are made from its schema; where the function refuses all of these, or
needs files, a ``conftest.py`` gives better ones (``operation_examples``, ``operation_context``; see the plugin).
"""
