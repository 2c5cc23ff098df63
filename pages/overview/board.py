from components.page import open_page

view = open_page("scorecard", "Are marketing and sales on track together?")
