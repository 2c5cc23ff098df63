"""Everything that draws or talks to Streamlit; `live` alone knows the data sources."""
