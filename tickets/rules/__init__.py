"""A tenant's own rules of judging: the list its managers keep, and judging the stored tickets anew after a change."""
