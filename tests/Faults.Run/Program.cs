using Messaging.Faults.Run;

return await RunCommand.Create().Parse(args).InvokeAsync();
