"""The host of workflows: it loads them, runs them, and finds out what runs ask for."""

from noodl_runtime.functions.calls import FunctionRequest, FunctionResponse
from noodl_runtime.functions.functions import Functions, prepared
from noodl_runtime.functions.operations import AppOperations, PeopleOperations, RecordOperations
from noodl_runtime.functions.serving import Deployed

__all__ = [
    "AppOperations",
    "Deployed",
    "FunctionRequest",
    "FunctionResponse",
    "Functions",
    "PeopleOperations",
    "RecordOperations",
    "prepared",
]
