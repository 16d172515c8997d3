"""What every store of activity owes."""
