"""What the numbers mean: no Streamlit, no network, no clock of its own (as_of is passed in)."""
