"""HTTP: the API by its `google.api.http` annotations. A new RPC needs no code here."""
