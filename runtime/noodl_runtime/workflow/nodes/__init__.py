"""Every node type this runtime knows. A new one is a file here and a line below."""

from noodl_runtime.workflow.node_type import NodeType
from noodl_runtime.workflow.nodes import (
    aggregate_records,
    and_,
    boolean,
    boolean_to_string,
    component_inputs,
    component_outputs,
    condition,
    counter,
    date_to_string,
    expression,
    inverter,
    javascript_function,
    number,
    or_,
    query_records,
    request,
    response,
    run_tasks,
    set_record,
    string,
    string_format,
    string_mapper,
    substring,
    unique_id,
)

_MODULES = (
    aggregate_records,
    and_,
    boolean,
    boolean_to_string,
    component_inputs,
    component_outputs,
    condition,
    counter,
    date_to_string,
    expression,
    inverter,
    javascript_function,
    number,
    or_,
    query_records,
    request,
    response,
    run_tasks,
    set_record,
    string,
    string_format,
    string_mapper,
    substring,
    unique_id,
)
NODE_TYPES: dict[str, NodeType] = {module.NODE.name: module.NODE for module in _MODULES}
NODE_TYPES["noodl.local.request"] = request.NODE
NODE_TYPES["noodl.local.response"] = response.NODE
