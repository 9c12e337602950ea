def NewCommand(values):
    """Texts without the blanks around them, each once, in the order in which they came."""
    kept = list(dict.fromkeys(text.strip() for text in values if text.strip()))
    pb.log(f"{len(kept)} of {len(values)} values kept")
    if not kept:
        return pb.returnOutputModel("", "Failed", "", "", "", "there is no text among the values")
    return pb.returnOutputModel(", ".join(kept), "Successful", "", "", kept, "")
