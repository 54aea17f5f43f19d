using Messaging.RoundTrip;

return await RoundTripCommand.Create().Parse(args).InvokeAsync();
