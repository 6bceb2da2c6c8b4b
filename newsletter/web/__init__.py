"""The pages: blueprints by audience, each with its own guard. The only room that knows Flask."""
