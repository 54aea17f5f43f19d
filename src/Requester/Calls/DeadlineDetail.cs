using System.Globalization;

namespace Messaging.Calls;

/// <summary>Says at which stage a deadline passed and what to look at.</summary>
internal static class DeadlineDetail
{
    public static string Describe(CallStage stage, TimeSpan timeout, string queue)
    {
        var milliseconds = timeout.TotalMilliseconds.ToString("0.#", CultureInfo.InvariantCulture);
        return stage switch
        {
            CallStage.Connecting =>
                $"The timeout of {milliseconds} ms passed at stage 'connect': no connection to the broker. Check that it runs and that the log names no refused connection.",
            CallStage.Sending =>
                $"The timeout of {milliseconds} ms passed at stage 'send': the connection took the message too slowly. The broker may be blocked by an alarm.",
            _ =>
                $"The timeout of {milliseconds} ms passed at stage 'reply': sent to queue '{queue}', no reply. The handler is slow, or its workers are busy or gone.",
        };
    }
}
