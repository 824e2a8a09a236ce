def topics(*, subject, message):
    return tuple(dict.fromkeys(w for w in (subject+" "+message).lower().split() if len(w)>3))[:24]
