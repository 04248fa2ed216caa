"""Sign-on by OpenID Connect: people who are known to a provider, and to whom no password of ours belongs."""
