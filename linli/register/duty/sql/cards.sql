select level, level_en, depth, seat, spot, stands_in, shown_name, duty_words, promise, reach
  from {authz}.cards_at(%(place)s)
