using Messaging.Hosting;
using Microsoft.Extensions.Options;

try
{
    var app = GatewayApp.Build(args);
    await using (app.ConfigureAwait(false))
    {
        await app.StartAsync().ConfigureAwait(false);
        await app.WaitForShutdownAsync().ConfigureAwait(false);
    }

    return 0;
}
catch (OptionsValidationException exception)
{
    foreach (var failure in exception.Failures)
    {
        await Console.Error.WriteLineAsync(failure).ConfigureAwait(false);
    }

    return 1;
}
catch (Exception exception) when (exception is InvalidOperationException or FormatException or IOException)
{
    // A value that can't be read, a certificate that isn't there, a port that is taken.
    await Console.Error.WriteLineAsync($"The gateway can't start: {exception.Message}").ConfigureAwait(false);
    return 1;
}
