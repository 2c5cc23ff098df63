from components.page import open_page

view = open_page("data", "What was read, and what is wrong with it?")
