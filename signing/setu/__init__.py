"""A small SDK for Setu's Aadhaar eSign API, in Setu's own words.

It knows nothing of Django or of our tables: the tests beside it run without either, and what we believe about
Setu can be read in one folder.
"""
