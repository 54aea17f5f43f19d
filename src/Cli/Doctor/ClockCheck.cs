using System.Globalization;

namespace Messaging.Cli.Doctor;

/// <summary>Compares clocks. AMQP tells no time, so it takes the Date header of the management plugin.</summary>
internal static class ClockCheck
{
    // The header has whole seconds.
    private static readonly TimeSpan _tolerance = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan _timeout = TimeSpan.FromSeconds(5);

    public static async Task<Finding> RunAsync(Uri? management, TimeProvider time, CancellationToken cancellationToken)
    {
        if (management is null)
        {
            return new Finding("clock", FindingState.Skipped, "AMQP tells no time: give --management http://host:15672 to compare this machine's clock with the broker's. Deadlines don't depend on clocks.");
        }

        try
        {
            using var client = new HttpClient { Timeout = _timeout };
            var before = time.GetUtcNow();
            using var response = await client.GetAsync(management, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
            var after = time.GetUtcNow();
            if (response.Headers.Date is not { } there)
            {
                return new Finding("clock", FindingState.Warning, $"{management.Host} sends no Date header", "Address the management plugin itself.");
            }

            var apart = there - (before + ((after - before) / 2));
            var words = string.Create(CultureInfo.InvariantCulture, $"{management.Host}'s clock is {Math.Abs(apart.TotalSeconds):0} s {(apart < TimeSpan.Zero ? "behind" : "ahead of")} this machine's");
            return apart.Duration() <= _tolerance
                ? new Finding("clock", FindingState.Good, words)
                : new Finding("clock", FindingState.Warning, words, "Set both by NTP: deadlines don't depend on clocks, but dead letters' times, certificates and logs do.");
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return new Finding("clock", FindingState.Warning, $"{management.Host} does not answer: {exception.Message}", "Enable the plugin (rabbitmq-plugins enable rabbitmq_management) and check the address.");
        }
    }
}
