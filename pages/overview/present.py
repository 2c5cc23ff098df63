from components import present

room = present.open_room()
shown = present.items(room)
present.stage(room, shown)
present.place(room, shown)
