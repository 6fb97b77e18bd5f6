"""Views to text and bytes: one module per output language.

A renderer knows nothing of Keras and reads no model; whatever is a name in a view goes through
`netviz.render.escape` on its way out.
"""
