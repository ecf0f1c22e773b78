"""The host of workflows: it loads them, runs them, and finds out what runs ask for."""

from noodl_runtime.functions.calls import FunctionRequest, FunctionResponse
from noodl_runtime.functions.functions import Functions, prepared
from noodl_runtime.functions.operations import AppOperations, PeopleOperations, RecordOperations

__all__ = [
    "AppOperations",
    "FunctionRequest",
    "FunctionResponse",
    "Functions",
    "PeopleOperations",
    "RecordOperations",
    "prepared",
]
