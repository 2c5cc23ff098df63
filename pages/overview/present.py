from components import present
from components.sections import outline

room = present.open_room()
items = outline(room.view, lambda now: present.items(room.link, now))
present.stage(room, items)
for item in items:
    present.place(room, item)
