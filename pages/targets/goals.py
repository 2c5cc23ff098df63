from components.page import open_page

view = open_page("goals", "Which shared goals will we reach?")
