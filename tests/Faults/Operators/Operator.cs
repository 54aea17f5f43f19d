using System.Text.RegularExpressions;
using Messaging.Faults.Runs;

namespace Messaging.Faults.Operators;

/// <summary>
/// Somebody with the broker's tools who deletes and fills what is ours, and knows no better. He destroys no command: a
/// queue that can hold commands is deleted when none is anywhere in the system, so that whatever is lost afterwards the
/// system has lost. That is why no commands are sent meanwhile, only calls; they are sent again the moment it is deleted.
/// What remembers cancelled commands he leaves alone, unless he is told to: without it they run, as is documented.
/// </summary>
internal static partial class Operator
{
    private static readonly TimeSpan _quietLimit = TimeSpan.FromSeconds(60);

    /// <summary>Deletes a queue, or all queues of a kind.</summary>
    public static async Task DeleteQueuesAsync(Arena arena, string? target, CancellationToken cancellationToken)
    {
        var map = await BrokerMap.DrawAsync(arena.Broker);
        var victims = Some(arena, target, map.Queues, static queue => queue.Name);
        if (victims is [{ HoldsCommands: false }, ..])
        {
            await DeleteAsync(arena, victims, onlyEmpty: false);
            return;
        }

        await Task.WhenAll(arena.Requesters.Select(requester => requester.HoldCommandsAsync(cancellationToken)));
        if (await Quiet.WaitForCommandsAsync(arena.Broker, _quietLimit, cancellationToken) is { Count: > 0 } busy)
        {
            arena.Complain($"queue-delete: nothing was deleted, as not everything was done in {_quietLimit.TotalSeconds:0} s: {string.Join("; ", busy)}");
        }
        else
        {
            if (victims.Any(static queue => queue.Name is QueueCount.DeadLetters))
            {
                await arena.TakeDeadLettersAsync(cancellationToken);
            }

            await DeleteAsync(arena, victims, onlyEmpty: true);
        }

        await Task.WhenAll(arena.Requesters.Select(requester => requester.ReleaseCommandsAsync(cancellationToken)));
    }

    /// <summary>Deletes an exchange, or all exchanges of a kind. Nothing is in an exchange.</summary>
    public static async Task DeleteExchangesAsync(Arena arena, string? target, CancellationToken cancellationToken)
    {
        var map = await BrokerMap.DrawAsync(arena.Broker);
        var victims = Some(arena, target, map.Exchanges, static exchange => exchange);
        await arena.NoteAsync("deleted exchanges", victims);
        await arena.Broker.RabbitmqctlAsync("eval", $"[rabbit_exchange:delete(rabbit_misc:r(<<\"/\">>, exchange, X), false, <<\"operator\">>) || X <- {List(victims)}].");
    }

    /// <summary>Deletes a binding, or all bindings of a kind.</summary>
    public static async Task DeleteBindingsAsync(Arena arena, string? target, CancellationToken cancellationToken)
    {
        var map = await BrokerMap.DrawAsync(arena.Broker);
        var victims = Some(arena, target, map.Bindings, static binding => $"{binding.Source} {binding.Key} {binding.Destination}");
        await arena.NoteAsync("deleted bindings", victims.Select(binding => $"{binding.Source}=>{binding.Destination}"));
        var which = string.Join(", ", victims.Select(binding => $"{{<<\"{binding.Source}\">>, <<\"{binding.Key}\">>, {binding.Kind}, <<\"{binding.Destination}\">>}}"));
        await arena.Broker.RabbitmqctlAsync(
            "eval",
            $"[rabbit_binding:remove(B, <<\"operator\">>) || B = {{binding, {{_, _, _, S}}, K, {{_, _, T, D}}, _}} <- rabbit_binding:list(<<\"/\">>), lists:member({{S, K, T, D}}, [{which}])].");
    }

    /// <summary>Has queues be full, or their messages short-lived, for some seconds, by a policy that destroys no command.</summary>
    public static async Task FillQueuesAsync(Arena arena, string? target, TimeSpan duration, CancellationToken cancellationToken)
    {
        var map = await BrokerMap.DrawAsync(arena.Broker);
        var victims = Some(arena, target, [.. map.Queues.Where(queue => (queue.HoldsCommands || queue.Name is IProbe.Name) && CanFill(arena, queue))], static queue => queue.Name);
        if (victims.Count == 0)
        {
            await arena.NoteAsync("filled nothing, as nothing is there of", [target ?? "all"]);
            return;
        }

        var choices = QueuePolicies.For(victims[0].Name);
        var policy = choices[arena.Random.Next(choices.Count)];
        await arena.NoteAsync($"filled by {policy}", victims.Select(static queue => queue.Name));
        var pattern = $"^({string.Join('|', victims.Select(static queue => Regex.Escape(queue.Name)))})$";
        await arena.Broker.RabbitmqctlAsync("set_policy", "operator", pattern, policy, "--priority", "10", "--apply-to", "queues");
        await Task.Delay(duration, cancellationToken);
        await arena.Broker.RabbitmqctlAsync("clear_policy", "operator");
    }

    // RabbitMQ 3.10 goes on refusing whoever began to publish to a queue while that was full, after it is not any more. What
    // is on its way between two levels then stays until the broker restarts, as docs/operations.md says.
    private static bool CanFill(Arena arena, QueueCount queue) => arena.Broker.Version.Major >= 4 || !queue.IsLevel;

    private static async Task DeleteAsync(Arena arena, IReadOnlyList<QueueCount> victims, bool onlyEmpty)
    {
        await arena.NoteAsync("deleted queues", victims.Select(static queue => queue.Name));
        var isEmpty = onlyEmpty
            ? "fun(Q) -> case amqqueue:get_type(Q) of rabbit_quorum_queue -> Count(Q, query_messages_total) =:= 0; _ -> [{messages, 0}] =:= rabbit_amqqueue:info(Q, [messages]) end end"
            : "fun(_) -> true end";
        await arena.Broker.RabbitmqctlAsync("eval", $$"""
            {{BrokerMap.Count}}
            IsEmpty = {{isEmpty}},
            [case rabbit_amqqueue:lookup(rabbit_misc:r(<<"/">>, queue, Name)) of
              {ok, Q} -> case IsEmpty(Q) of true -> rabbit_amqqueue:delete(Q, false, false, <<"operator">>), deleted; false -> kept end;
              _ -> gone
            end || Name <- {{List(victims.Select(static queue => queue.Name))}}].
            """);
    }

    /// <summary>
    /// Chooses a kind, then one of it or all: an operator deletes one level of delay, or what looks like all of them. With
    /// a target, all whose name contains it; none where nothing of the kind is there.
    /// </summary>
    private static List<T> Some<T>(Arena arena, string? target, IReadOnlyList<T> all, Func<T, string> nameOf)
    {
        if (target is not null)
        {
            return [.. all.Where(one => nameOf(one).Contains(target, StringComparison.Ordinal))];
        }

        var kinds = all.Where(one => !nameOf(one).StartsWith(QueueCount.Cancellations, StringComparison.Ordinal)).GroupBy(one => Varying().Replace(nameOf(one), "#"), StringComparer.Ordinal).OrderBy(static kind => kind.Key, StringComparer.Ordinal).ToList();
        if (kinds.Count == 0)
        {
            return [];
        }

        var chosen = kinds[arena.Random.Next(kinds.Count)].ToList();
        return chosen.Count > 1 && arena.Random.Next(2) == 0 ? [chosen[arena.Random.Next(chosen.Count)]] : chosen;
    }

    private static string List(IEnumerable<string> names) => $"[{string.Join(", ", names.Select(static name => $"<<\"{name}\">>"))}]";

    // What tells the queues of one kind apart: random names, levels and partitions.
    [GeneratedRegex(@"[0-9a-f]{32}|(?<=\.)[0-9*]+", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Varying();
}
