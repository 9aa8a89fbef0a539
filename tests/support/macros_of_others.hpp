#pragma once

// Macros of <windows.h> and <X11/Xlib.h> with names that we might take. Theirs expand to something
// that may go unnoticed; these never do.

// <windows.h>, and what comes with it. A user who wants std::min has defined NOMINMAX.
#define min(a, b) @
#define max(a, b) @
#define far @
#define hyper @
#define interface @
#define near @
#define pascal @
#define small @
#define ABSOLUTE @
#define ALTERNATE @
#define CALLBACK @
#define CONST @
#define DELETE @
#define DIFFERENCE @
#define DUPLICATE @
#define ERROR @
#define FAILED @
#define FAR @
#define IGNORE @
#define IN @
#define INFINITE @
#define INTERFACE @
#define NEAR @
#define NO_ERROR @
#define NOERROR @
#define OPAQUE @
#define OPTIONAL @
#define OUT @
#define PURE @
#define REGISTERED @
#define RELATIVE @
#define STRICT @
#define SUCCEEDED @
#define TECHNOLOGY @
#define TEXT @
#define THIS @
#define VOID @
// Functions that exist in two forms: GetMessage stands for GetMessageA or GetMessageW.
#define CreateFile @
#define CreateEvent @
#define DeleteFile @
#define GetMessage @
#define GetObject @
#define PlaySound @
#define SendMessage @

// <X11/Xlib.h>, <X11/X.h>
#define Above @
#define Always @
#define Below @
#define Bool @
#define Complex @
#define Convex @
#define CurrentTime @
#define CursorShape @
#define DestroyAll @
#define Expose @
#define False @
#define FocusIn @
#define FocusOut @
#define GenericEvent @
#define KeyPress @
#define None @
#define Nonconvex @
#define NoValue @
#define Opposite @
#define ProtocolVersion @
#define Status @
#define Success @
#define True @
#define Unsorted @
