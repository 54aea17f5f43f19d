using System.Globalization;

namespace Messaging.Calls;

/// <summary>Says at which stage a call ended and what to look at.</summary>
internal static class DeadlineDetail
{
    /// <param name="stage">How far the call had come.</param>
    /// <param name="time">The time that it had, as <see cref="CallClock.Text"/> says it.</param>
    /// <param name="queue">Where it was going.</param>
    /// <param name="lastFailure">Why the last attempt to connect failed; null where none did.</param>
    public static string Describe(CallStage stage, string time, string queue, Exception? lastFailure) => stage switch
    {
        CallStage.Waiting =>
            $"{time} passed at stage 'window': as many calls to '{queue}' were under way as its workers, or MaxPendingCalls, let be, or the connection could not keep up. Its workers are slower than its callers: add workers, or call less.",
        CallStage.Connecting =>
            $"{time} passed at stage 'connect': no connection to the broker. " +
            (lastFailure is null ? "Check that it runs and is reached from here." : $"The last attempt failed: {lastFailure.Message}"),
        CallStage.Refused =>
            $"{time} passed at stage 'quorum': the broker refused the message every time. " +
            (lastFailure is null ? $"The queue '{queue}' has no leader or no majority of its nodes: bring them back." : lastFailure.Message),
        CallStage.Queued or CallStage.Sending =>
            $"{time} passed at stage 'send': the connection took the message too slowly. The broker may be blocked by an alarm.",
        _ =>
            $"{time} passed at stage 'reply': sent to queue '{queue}', no reply. The handler is slow, or its workers are busy or gone.",
    };

    /// <summary>The same of a call whose queue is on a node that is away.</summary>
    public static string DescribeAway(string time, string why) =>
        $"{time} passed at stage 'queue' (NodeDown): {why}. Workers declare one as soon as they are connected to another node: see that some run, and bring the node back.";

    /// <summary>The same of a command.</summary>
    public static string DescribeCommand(CallStage stage, string time, string service, Exception? lastFailure) => stage switch
    {
        CallStage.Waiting =>
            $"{time} passed at stage 'window': too many commands to '{service}' await their confirm (MaxPendingCommands). The broker takes them more slowly than they are made: send less at a time.",
        CallStage.Ordering =>
            $"{time} passed at stage 'order': an earlier command of the same key to '{service}' has not been confirmed. Commands of one key are sent one after the other: send them more slowly, or give them longer.",
        CallStage.Connecting or CallStage.Refused => Describe(stage, time, service, lastFailure),
        _ =>
            $"{time} passed at stage 'confirm': the broker has not confirmed the command. It may be blocked by an alarm, or the queue has no leader.",
    };

    /// <summary>Says that a command found no room.</summary>
    public static string DescribeFullCommands(ServiceCalls service) => string.Create(
        CultureInfo.InvariantCulture,
        $"{service.MaxPendingCommands:N0} commands to '{service.Service}' await their confirm, as many as MaxPendingCommands allows. Send less at a time, or let commands wait (WhenFull).");

    /// <summary>Says that a call found no room.</summary>
    public static string DescribeFull(string queue, CallWindow window) =>
        $"{window.Count:N0} calls to '{queue}' are under way, and MaxPendingCalls allows {window.Limit:N0}, or the connection can't keep up. Its workers are slower than its callers: add workers, call less, or let calls wait (WhenFull).";
}
