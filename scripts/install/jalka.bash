# bash completion for jalka(1): the program knows its own verbs.
eval "$(jalka completion)"
