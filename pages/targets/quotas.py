from components.page import open_page

view = open_page("quotas", "Who is where against the quota?")
