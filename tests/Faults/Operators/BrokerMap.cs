using System.Globalization;
using Messaging.Testing;

namespace Messaging.Faults.Operators;

/// <summary>All queues, exchanges and bindings that are at the broker now, but for those of the broker itself.</summary>
internal sealed record BrokerMap(IReadOnlyList<QueueCount> Queues, IReadOnlyList<string> Exchanges, IReadOnlyList<BrokerBinding> Bindings)
{
    /// <summary>Erlang: <c>Count(Queue, Query)</c> asks a quorum queue's leader, by a function of rabbit_fifo's.</summary>
    public const string Count = """
        Count = fun(Q, Query) ->
          Leader = amqqueue:get_pid(Q),
          % RabbitMQ 4.3 takes the function's name alone, and what came before it the function alone.
          {ok, {_, N}, _} = try ra:leader_query(Leader, fun rabbit_fifo:Query/1) catch error:function_clause -> ra:leader_query(Leader, {rabbit_fifo, Query, []}) end,
          N
        end,
        """;

    // What list_queues says of a quorum queue is seconds old; this asks the queues' leaders.
    private const string Survey = Count + """

        Name = fun(Q) -> {resource, _, queue, N} = amqqueue:get_name(Q), N end,
        Owned = fun(Q) -> amqqueue:get_exclusive_owner(Q) =/= none end,
        Queue = fun(Q) ->
          {Kind, Ready, Unsettled, Total} = case amqqueue:get_type(Q) of
            rabbit_quorum_queue ->
              {quorum, Count(Q, query_messages_ready), Count(Q, query_messages_checked_out), Count(Q, query_messages_total)};
            rabbit_classic_queue ->
              [{_, R}, {_, U}] = rabbit_amqqueue:info(Q, [messages_ready, messages_unacknowledged]), {classic, R, U, R + U};
            _ -> {other, 0, 0, 0}
          end,
          io_lib:format("queue\t~s\t~s\t~s\t~b\t~b\t~b~n", [Name(Q), Kind, Owned(Q), Ready, Unsettled, Total])
        end,
        io:format("~s~s~s", [
          [try Queue(Q) catch _:_ -> io_lib:format("queue\t~s\tunknown\t~s\t0\t0\t0~n", [Name(Q), Owned(Q)]) end || Q <- rabbit_amqqueue:list(<<"/">>)],
          [begin {resource, _, exchange, N} = element(2, X), io_lib:format("exchange\t~s~n", [N]) end || X <- rabbit_exchange:list(<<"/">>)],
          [io_lib:format("binding\t~s\t~s\t~s\t~s~n", [S, K, D, N]) || {binding, {resource, _, exchange, S}, K, {resource, _, D, N}, _} <- rabbit_binding:list(<<"/">>)]]).
        """;

    public static async Task<BrokerMap> DrawAsync(PrivateBroker broker)
    {
        var queues = new List<QueueCount>();
        var exchanges = new List<string>();
        var bindings = new List<BrokerBinding>();
        foreach (var line in (await broker.RabbitmqctlAsync("eval", Survey)).Split('\n'))
        {
            switch (line.Split('\t'))
            {
                case ["queue", var name, var kind, var exclusive, var ready, var unsettled, var total]:
                    queues.Add(new QueueCount(name, kind, bool.Parse(exclusive), Number(ready), Number(unsettled), Number(total)));
                    break;
                case ["exchange", var name] when name.Length > 0 && !name.StartsWith("amq.", StringComparison.Ordinal):
                    exchanges.Add(name);
                    break;
                case ["binding", var source, var key, var kind, var destination] when source.Length > 0:
                    bindings.Add(new BrokerBinding(source, key, kind, destination));
                    break;
            }
        }

        return new BrokerMap(queues, exchanges, bindings);
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}

/// <summary>A binding of a queue or an exchange to an exchange.</summary>
internal sealed record BrokerBinding(string Source, string Key, string Kind, string Destination);
