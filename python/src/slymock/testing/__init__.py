"""Parts of the pytest plugin. `slymock.plugin` has the hooks and fixtures that pytest sees."""
