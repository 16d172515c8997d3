"""What every store must do, and what LMDB's must do besides."""
