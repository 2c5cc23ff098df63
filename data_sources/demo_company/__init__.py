"""The generated company Halden & Pike: its people, its campaigns and how its leads fare."""
