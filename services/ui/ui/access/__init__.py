"""Who calls the gateway: asked of identity before a body is read, and told to the services behind it."""
