"""The demo newsletter, The Daily Proof: its articles, its readers, and the removal of all of it.

People, places and companies in the articles are invented. An article is a file in `articles`, named
for its address; its pictures lie in `newsletter/web/static/demo` and were drawn for it.
"""
