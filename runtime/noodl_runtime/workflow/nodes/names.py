"""Node type ids that exist in the editor but only run in browsers; a load report names them so."""

BROWSER_ONLY = frozenset(
    {
        # visual
        "Group", "Text", "Image", "Video", "Circle", "Drag", "CSS Definition",
        "net.noodl.visual.columns", "net.noodl.visual.icon",
        # controls
        "net.noodl.controls.button", "net.noodl.controls.checkbox", "net.noodl.controls.options",
        "net.noodl.controls.radiobutton", "net.noodl.controls.range",
        "net.noodl.controls.textinput", "Radio Button Group",
        # navigation
        "Page", "PageInputs", "Router", "RouterNavigate", "Page Stack", "PageStackNavigate",
        "PageStackNavigateBack", "PageStackNavigateToPath", "NavigationShowPopup",
        "NavigationClosePopup", "net.noodl.externallink",
        # repeating, state, animation, events
        "For Each", "For Each Actions", "States", "Timer", "Value Changed",
        "net.noodl.animatetovalue", "Color", "Color Blend", "Screen Resolution",
        "Event Sender", "Event Receiver",
        # component objects of parents, scripts, files
        "net.noodl.ParentComponentObject", "net.noodl.SetParentComponentObjectProperties",
        "Open File Picker", "Upload File",
        # cloud, users
        "CloudFunction2", "Cloud Function", "net.noodl.user.LogIn", "net.noodl.user.LogOut",
        "net.noodl.user.SignUp", "net.noodl.user.VerifyEmail", "net.noodl.user.ResetPassword",
        "net.noodl.user.SendEmailVerification", "net.noodl.user.RequestPasswordReset",
        # deprecated
        "Button", "Checkbox", "Options", "Radio Button", "Range", "Text Input", "Label", "Form",
        "Field Set", "Animation", "Transition", "Number Blend", "Signal To Index",
        "String Selector", "Globals", "Gyroscope", "Script Downloader", "Component State",
        "Parent Component State", "Collection", "Model", "Variable", "DbCollection", "DbModel",
    }
)  # fmt: skip
