"""The API under generated calls: everything its OpenAPI document allows and much that it does not, as each role.

`make fuzz`. Each call runs within a transaction that is undone, so calls do not hear of each other, one that fails
fails again, and throttles and sessions stay as they were. Found faults get a test of their own where they belong.
"""
