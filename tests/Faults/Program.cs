using Messaging.Faults.Overload;
using Messaging.Faults.Parties;

// A worker or a requester in a process of its own, to be killed: see PartyProcess, which starts it.
return args[0] is OverloadParty.Worker or OverloadParty.Caller ? await OverloadParty.RunAsync(args) : await Party.RunAsync(args);
