using Messaging.Cli.Hosting;

return await CommandTree.RunAsync(args, Console.Out, Console.Error).ConfigureAwait(false);
