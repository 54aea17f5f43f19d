using System.Text.RegularExpressions;

namespace Messaging.RabbitMq;

/// <summary>Turns the broker's complaint about a queue that exists with other arguments into a difference that can be read and acted on.</summary>
internal static partial class ArgumentClash
{
    public static string Explain(string complaint)
    {
        var match = Complaint().Match(complaint);
        if (!match.Success)
        {
            return $"RabbitMQ refuses it: {complaint}. Nothing was changed.";
        }

        var queue = match.Groups["queue"].Value;
        var argument = match.Groups["argument"].Value;
        var option = argument switch
        {
            "x-queue-type" => "set the worker's CallQueue to what the broker has",
            "x-expires" => "set the worker's CallQueueExpiry to what the broker has",
            "x-delivery-limit" => "set the worker's CommandDeliveryLimit to what the broker has",
            _ => "give the service another name",
        };
        return
            $"the queue '{queue}' in the virtual host '{match.Groups["vhost"].Value}' exists with other arguments: " +
            $"{argument} is {Value(match.Groups["current"].Value)} there and {Value(match.Groups["wanted"].Value)} here. " +
            $"Nothing was changed. Either {option}, or delete the queue once it is empty (rabbitmqctl delete_queue {queue} --if-empty) and start again.";
    }

    // "the value '60000' of type 'signedint'", "'true'", "none"
    private static string Value(string words)
    {
        var quoted = Quoted().Match(words);
        return quoted.Success ? quoted.Groups["value"].Value : words.Trim();
    }

    [GeneratedRegex(
        "inequivalent arg '(?<argument>[^']*)' for queue '(?<queue>[^']*)' in vhost '(?<vhost>[^']*)': received (?<wanted>.*?) but current is (?<current>.*)$",
        RegexOptions.Singleline | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Complaint();

    [GeneratedRegex("'(?<value>[^']*)'", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Quoted();
}
