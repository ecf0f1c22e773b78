"""Put a backend together: store, schema, functions, keys. The one place that knows all parts."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from noodl_runtime.access.function_access import FunctionAccess
from noodl_runtime.access.keys import Keys
from noodl_runtime.backend import Backend
from noodl_runtime.belongings import Belongings
from noodl_runtime.config_parameters import ConfigParameters
from noodl_runtime.data_folder import DataFolder
from noodl_runtime.definition import Definition, WorkflowFile, fingerprint
from noodl_runtime.definition import Problem as FileProblem
from noodl_runtime.deployments.deployments import Deployments
from noodl_runtime.deployments.versions import Versions
from noodl_runtime.files.store import FileStore
from noodl_runtime.functions import Functions
from noodl_runtime.realtime.door import Door
from noodl_runtime.runs import RunHistory
from noodl_runtime.schema.model import Schema
from noodl_runtime.schema.schema_file import schema_text
from noodl_runtime.schema.sql import schema_sql
from noodl_runtime.schema.upgrade import authored, upgraded
from noodl_runtime.settings import Settings
from noodl_runtime.store.contract import CloudStore
from noodl_runtime.store.registry import AdapterRegistry
from noodl_runtime.values import Record
from noodl_runtime.workflow.graph import Problem

if TYPE_CHECKING:
    from noodl_runtime.access.access import Access


def assemble(
    settings: Settings,
    definition: Definition,
    folder: DataFolder,
    environment: Mapping[str, str],
) -> Backend:
    """Open the store, bring its schema up to date, load the workflows, and return the backend.

    raises: DataFolderInUse, StoreDamaged, BadFile, DestructiveChange
    """
    store = AdapterRegistry().create({"type": "local", "path": folder.database}, settings)
    store.connect()
    try:
        return _assembled(store, settings, definition, folder, environment)
    except BaseException:
        store.disconnect()
        raise


def _assembled(
    store: CloudStore,
    settings: Settings,
    definition: Definition,
    folder: DataFolder,
    environment: Mapping[str, str],
) -> Backend:
    config = folder.config(definition.config)
    _bring_up_to_date(store, definition.schema)
    functions = Functions(settings)
    keys = Keys(master=folder.master_key(environment), read_only=folder.read_only_key(environment))
    smtp_password = folder.smtp_password(environment)
    FunctionAccess(settings.function_access)  # refuses now what it would refuse at the first call

    def access() -> "Access":
        from noodl_runtime.access.access import Access

        return Access(
            store,
            settings,
            keys=keys,
            name=config["name"],
            app_id=config["appId"],
            smtp_password=smtp_password,
        )

    backend = Backend(
        store=store,
        settings=settings,
        name=config["name"],
        app_id=config["appId"],
        master_key=keys.master,
        functions=functions,
        version=definition.config.get("version", "0.0.0"),
        access=access,
    )
    backend.belongings = _belongings(backend, settings, folder, environment)
    backend.realtime = Door(backend)
    functions.attach(backend, _People(backend), backend.belongings)
    functions.history = _history(settings, folder, backend.belongings)
    load_workflows(functions, definition.workflows, definition.problems)
    backend.deployments = Deployments(
        Versions(folder.deployed), functions, settings.deployed_versions
    )
    backend.deployments.open()
    backend.schema_changed = lambda schema: _write_schema(folder, schema)
    backend.schema_changed(store.get_schema())
    return backend


class _People:
    """Users and sessions as functions use them; what looks after them is made when needed."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    def session_user(self, token: str) -> Record:
        """Return the user of a session."""
        return self._backend.access.accounts.session_user(token)

    def log_in(self, username: str, password: str) -> Record:
        """Return the user with a new sessionToken."""
        return self._backend.access.accounts.log_in(username, password)


def _belongings(
    backend: Backend, settings: Settings, folder: DataFolder, environment: Mapping[str, str]
) -> Belongings:
    def send_mail(**mail: str) -> None:
        backend.access.function_mail.send(**mail)

    files = FileStore(
        folder.files,
        key=folder.file_key(),
        max_file=settings.max_file,
        link_age=settings.file_link_age,
    )
    return Belongings(
        files=files,
        parameters=ConfigParameters(backend.store),
        app_id=backend.app_id,
        mail=send_mail,
        secrets=folder.secrets(environment),
    )


def _history(settings: Settings, folder: DataFolder, app: Belongings) -> RunHistory | None:
    if not settings.run_history:
        return None
    return RunHistory(folder.database.with_name("runs.db"), settings, app.redacted)


def load_workflows(
    functions: Functions, files: Sequence[WorkflowFile], problems: Sequence[FileProblem]
) -> None:
    """Serve the workflows of these files; what is wrong with others is named in log and health."""
    documents = [(f"workflows/{file.name}", file.document) for file in files]
    broken = [Problem(p.file, "", "", p.message) for p in problems]
    functions.load(documents, broken, fingerprint(files))


def _bring_up_to_date(store: CloudStore, wanted: Schema) -> None:
    present = store.get_schema()
    together = upgraded(present, wanted)
    if together != present:
        store.update_schema(together)


def _write_schema(folder: DataFolder, schema: Schema) -> None:
    folder.write_schema(schema_text(authored(schema)), schema_sql(schema))
