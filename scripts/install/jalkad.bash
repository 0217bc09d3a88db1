# bash completion for jalkad(8): the program knows its own options.
eval "$(jalkad --completion)"
