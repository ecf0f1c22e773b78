"""Every node type this runtime knows. A new one is a file here and a line below.

A type is imported when a graph first needs it: a start pays for the types its workflows use.
"""

from collections.abc import Iterator, Mapping
from importlib import import_module

from noodl_runtime.workflow.node_type import NodeType

# name of the type -> module in this folder whose NODE it is
_MODULES: dict[str, str] = {
    "AddDbModelRelation": "add_relation",
    "noodl.cloud.addusertorole": "add_user_to_role",
    "noodl.cloud.aggregate": "aggregate_records",
    "And": "and_",
    "On App Error": "app_error",
    "Boolean": "boolean",
    "Boolean To String": "boolean_to_string",
    "CollectionClear": "clear_array",
    "Cloud File": "cloud_file",
    "Component Inputs": "component_inputs",
    "net.noodl.ComponentObject": "component_object",
    "Component Outputs": "component_outputs",
    "Condition": "condition",
    "DbConfig": "config",
    "Counter": "counter",
    "noodl.cloud.createuser": "create_user",
    "net.noodl.DateAdd": "date_add",
    "net.noodl.DateCompare": "date_compare",
    "net.noodl.DateDifference": "date_difference",
    "net.noodl.DateParts": "date_parts",
    "Date To String": "date_to_string",
    "DeleteDbModelProperties": "delete_record",
    "noodl.cloud.deleteuser": "delete_user",
    "Expression": "expression",
    "Filter Collection": "filter_array",
    "FilterDBModels": "filter_records",
    "noodl.cloud.getuserroles": "get_user_roles",
    "net.noodl.Hash": "hash_",
    "noodl.cloud.hmac": "hmac_",
    "net.noodl.HTTP": "http_",
    "CollectionInsert": "insert_into_array",
    "Inverter": "inverter",
    "Javascript2": "javascript2",
    "JavaScriptFunction": "javascript_function",
    "noodl.cloud.jwtsign": "jwt_sign",
    "noodl.cloud.jwtverify": "jwt_verify",
    "noodl.cloud.listusersinrole": "list_users_in_role",
    "noodl.local.delete": "local_delete",
    "noodl.local.insert": "local_insert",
    "noodl.local.query": "local_query",
    "noodl.local.update": "local_update",
    "net.noodl.Log": "log",
    "Map Collection": "map_array",
    "CollectionNew": "new_array",
    "NewModel": "new_object",
    "NewDbModelProperties": "new_record",
    "net.noodl.Now": "now",
    "Number": "number",
    "Number Remapper": "number_remapper",
    "Or": "or_",
    "net.noodl.ParseCSV": "parse_csv",
    "DbCollection2": "query_records",
    "net.noodl.RandomBytes": "random_bytes",
    "DbModel2": "record",
    "CollectionRemove": "remove_from_array",
    "RemoveDbModelRelation": "remove_relation",
    "noodl.cloud.removeuserfromrole": "remove_user_from_role",
    "noodl.cloud.request": "request",
    "noodl.local.request": "request",
    "noodl.cloud.response": "response",
    "noodl.local.response": "response",
    "REST2": "rest",
    "RunTasks": "run_tasks",
    "noodl.cloud.secret": "secret",
    "noodl.cloud.sendemail": "send_email",
    "net.noodl.SetComponentObjectProperties": "set_component_object",
    "SetModelProperties": "set_object",
    "SetDbModelProperties": "set_record",
    "net.noodl.user.SetUserProperties": "set_user",
    "Set Variable": "set_variable",
    "Collection2": "show_array",
    "Model2": "show_object",
    "Sign File URL": "sign_file_url",
    "Static Data": "static_array",
    "String": "string",
    "String Format": "string_format",
    "String Mapper": "string_mapper",
    "Substring": "substring",
    "Switch": "switch",
    "net.noodl.ToCSV": "to_csv",
    "noodl.trigger.dbChange": "trigger_db_change",
    "noodl.trigger.schedule": "trigger_schedule",
    "noodl.trigger.webhook": "trigger_webhook",
    "Unique Id": "unique_id",
    "noodl.cloud.updateuser": "update_user",
    "net.noodl.user.User": "user",
    "net.noodl.UUID": "uuid_",
    "Variable2": "variable",
    "noodl.cloud.verifysessiontoken": "verify_session_token",
}


class _NodeTypes(Mapping[str, NodeType]):
    """The node types by name, imported when they are looked up."""

    def __getitem__(self, name: str) -> NodeType:
        node_type: NodeType = import_module(f"{__name__}.{_MODULES[name]}").NODE
        return node_type

    def __contains__(self, name: object) -> bool:
        return name in _MODULES

    def __iter__(self) -> Iterator[str]:
        return iter(_MODULES)

    def __len__(self) -> int:
        return len(_MODULES)


NODE_TYPES: Mapping[str, NodeType] = _NodeTypes()
