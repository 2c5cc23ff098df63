from components.page import open_page

view = open_page("handoff", "What becomes of the leads that marketing hands over?")
