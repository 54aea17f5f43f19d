using Messaging.Faults.Parties;

// A worker or a requester in a process of its own, to be killed: see PartyProcess, which starts it.
return await Party.RunAsync(args);
