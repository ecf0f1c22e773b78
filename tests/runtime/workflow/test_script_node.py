"""Script nodes: three ways to write one, and in which order they hear of their inputs."""

from typing import Any

import pytest

from tests.runtime.workflow.conftest import Call
from tests.runtime.workflow.graphs import component, node, script

Q, R = node("q", "Request"), node("r", "Response")
ADD = "q.pm-a -> s.A, q.receive -> s.Go, s.Sum -> r.pm-sum, s.Done -> r.send"


def written(code: str, *signals: str, **parameters: Any) -> dict[str, Any]:
    """Write a Script node; signals are output ports that the file declares as such."""
    ports = [{"name": name, "plug": "output", "type": "signal"} for name in signals]
    return {**node("s", "Javascript2", code=code, **parameters), "ports": ports}


FORMS = {
    "assigned": """
        Script.Inputs = { A: "number", Go: "signal" };
        Script.Outputs = { Sum: "number", Done: "signal" };
        Script.Signals.Go = function () {
          Script.Outputs.Sum = Script.Inputs.A + 1;
          this.Outputs.Done();
        };""",
    "assigned, declared by its ports": """
        Node.Signals = { Go() { Script.setOutputs({ Sum: Node.Inputs.A + 1 }); Node.Outputs.Done() } };
        """,
    "define": """
        define({
          inputs: { A: "number", Go: "signal" },
          outputs: { Sum: "number", Done: "signal" },
          Go(inputs, outputs) { outputs.Sum = inputs.A + 1; outputs.Done() },
        });""",
    "script": """
        script({
          outputs: { Sum: "number", Done: { type: "signal" } },
          methods: { plus(n) { return this.inputs.A + n } },
          signals: { Go() { this.setOutputs({ Sum: this.plus(1) }); this.outputs.Done() } },
        });""",
}


@pytest.mark.parametrize("form", FORMS)
def test_a_signal_runs_its_function(call: Call, form: str) -> None:
    signals = ("Done",) if "ports" in form else ()
    nodes = [Q, written(FORMS[form], *signals), R]
    assert call(nodes, ADD, body={"a": 1}) == (200, {"result": {"sum": 2}})


@pytest.mark.parametrize(
    ("code", "told"),
    [
        # values first, in the order they came, then all together, then signals
        ("""const told = []; const tell = t => { told.push(t); Script.Outputs.told = told.join() };
            Script.OnInit = () => tell("init");
            Script.Setters.A = v => tell("A" + v); Script.Setters.B = v => tell("B" + v);
            Script.OnInputsChanged = () => tell("changed");
            Script.Signals.Go = () => { tell("go"); Script.Outputs.Done() };""",
         "init,B2,A1,changed,go"),
        ("""const told = []; const tell = (o, t) => { told.push(t); o.told = told.join() };
            define({ setup(i, o) { tell(o, "setup") }, change(i, o) { tell(o, `${i.A}${i.B}`) },
                     Go(i, o) { tell(o, "go"); o.Done() } });""",
         "setup,12,go"),
        ("""const told = [];
            define({ run(i, o) { told.push(i.A, i.B) }, Go(i, o) { o.told = told.join(); o.Done() } });""",
         "1,2"),
        ("""script({ setup() { this.told = ["setup"] },
                     changed: { A(v) { this.told.push(v) }, B(v) { this.told.push(v) } },
                     signals: { Go() { this.outputs.told = this.told.join(); this.outputs.Done() } } });""",
         "setup,2,1"),
        # what goes wrong in one function leaves the others
        ("""Script.Setters.A = () => null.x; Script.OnInputsChanged = async () => { throw 1 };
            Script.Signals.Go = () => { Script.Outputs.told = "on"; Script.Outputs.Done() };""",
         "on"),
        # the state of a node is its own, also between signals
        ("""let count = 0; Script.OnInputsChanged = () => { count += 1 };
            Script.Signals.Go = () => { Script.Outputs.told = String(count); Script.Outputs.Done() };""",
         "1"),
        # scripts have the environment of Function nodes
        ("""Script.Signals.Go = async () => { await null;
              Script.Outputs.told = typeof Noodl.Records.query + typeof Component + (Script === Node);
              Script.Outputs.Done() };""",
         "functionobjecttrue"),
    ],
)  # fmt: skip
def test_what_a_script_is_told(call: Call, code: str, told: str) -> None:
    nodes = [Q, written(code, "Done", B=2, A=1), node("r", "Response", **{"pm-told": None})]
    found = call(nodes, "q.receive -> s.Go, s.told -> r.pm-told, s.Done -> r.send")
    assert found == (200, {"result": {"told": told}})


def test_an_input_is_told_of_when_it_changes_and_signals_each_time(call: Call) -> None:
    code = """
    let told = "", times = 0;
    Script.OnInputsChanged = () => { told += Script.Inputs.A };
    Script.Signals.Go = () => {
      told += "!";
      if (++times === 3) { Script.Outputs.told = told; Script.Outputs.Done() }
    };
    """
    each = "for (const a of [1, 1, 2]) { Outputs.a = a; Outputs.Go() }"
    nodes = [Q, script("f", each, "Go"), written(code, "Done"), node("r", "Response")]
    wires = "q.receive -> f.run, f.out-a -> s.A, f.out-Go -> s.Go"
    found = call(nodes, f"{wires}, s.told -> r.pm-told, s.Done -> r.send")
    assert found == (200, {"result": {"told": "1!2!!"}})


def test_a_deleted_script_node_hears_of_it_and_sends_nothing_more(call: Call) -> None:
    helper = component(
        "Task",
        [
            node("i", "Component Inputs"),
            written(
                """
                Script.Signals.Do = () => Script.Outputs.Success();
                Script.OnDestroy = () => { Noodl.Variables.gone = (Noodl.Variables.gone || 0) + 1 };
                """,
                "Success",
            ),
            node("o", "Component Outputs"),
        ],
        "i.Do -> s.Do, s.Success -> o.Success",
        {"Do": "input", "Success": "output"},
    )
    done = node("f", "JavaScriptFunction", functionScript="Outputs.gone = Noodl.Variables.gone")
    nodes = [
        Q,
        node("t", "RunTasks", taskTemplate="/#__local__/Task", items="[{},{},{}]"),
        done,
        node("r", "Response", **{"pm-gone": None}),
    ]
    wires = "q.receive -> t.run, t.done -> f.run, f.out-gone -> r.pm-gone, f.out-gone -> r.send"
    assert call(nodes, wires, helper) == (200, {"result": {"gone": 3}})


def test_a_script_with_a_syntax_error_does_nothing_and_says_why(
    call: Call, caplog: pytest.LogCaptureFixture
) -> None:
    nodes = [Q, written("this is no script"), R]
    assert call(nodes, "q.receive -> s.Go, q.receive -> r.send") == (200, {"result": {}})
    assert any(
        "Javascript2 s: Error while parsing script" in r.getMessage() for r in caplog.records
    )
