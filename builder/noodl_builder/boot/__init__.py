"""What is copied to the top of each bundle. The files here run there, without this package."""
