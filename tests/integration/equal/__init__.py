"""Random walks through configurations: at rest store, file, and process agree, however it was got there."""
