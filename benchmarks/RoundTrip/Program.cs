using Messaging.RoundTrip.CommandLine;

return await RoundTripCommand.Create().Parse(args).InvokeAsync();
