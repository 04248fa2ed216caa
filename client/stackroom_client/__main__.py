"""``python -m stackroom_client``, the same as ``stackroom``."""

from stackroom_client.main import main

if __name__ == "__main__":
    main()
