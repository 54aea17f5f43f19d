using System.Text.Json;
using System.Text.Json.Serialization;

namespace Messaging.Mishaps;

/// <summary>A contract with all kinds of operations, whose service goes wrong as it is told to.</summary>
[Service("mishaps", CommandPartitions = 4)]
public interface IMishaps
{
    [Faults(typeof(Broken))]
    Task<Answer> AskAsync(Question request, CancellationToken cancellationToken = default);

    [Command(Priority = CommandPriority.Normal)]
    Task DoAsync(Question command, CancellationToken cancellationToken = default);

    [Command(Priority = CommandPriority.High)]
    Task RushAsync(Question command, CancellationToken cancellationToken = default);

    [Command(OrderedBy = nameof(Question.Key))]
    Task MoveAsync(Question command, CancellationToken cancellationToken = default);

    [Faults(typeof(Broken))]
    IAsyncEnumerable<Answer> CountAsync(Question request, CancellationToken cancellationToken = default);

    [Faults(typeof(Broken))]
    Task<Answer> UploadAsync(IAsyncEnumerable<Question> items, CancellationToken cancellationToken = default);

    [Faults(typeof(Broken))]
    IAsyncEnumerable<Answer> EchoAsync(IAsyncEnumerable<Question> items, CancellationToken cancellationToken = default);
}

public sealed record Question(int Number, string Key, Trap Trap);

public sealed record Answer(int Value, Trap Trap, string? Filling = null);

/// <summary>A declared fault, which may be as bad as the others.</summary>
public sealed class Broken(string? part, int kind) : Exception
{
    public string? Part => kind == 2 ? throw new InvalidOperationException("no part") : part;

    public int Kind => kind;

    public override string Message => kind == 1 ? null! : $"broken: {kind}";
}

/// <summary>An exception that can't be read.</summary>
public sealed class Unreadable(int kind) : Exception
{
    public override string Message => kind switch
    {
        0 => null!,
        1 => throw new InvalidOperationException("no message", new Unreadable(0)),
        _ => "readable",
    };

    public override string? StackTrace => kind switch
    {
        2 => throw new InvalidOperationException("no stack trace"),
        3 => new string('s', 400_000),
        _ => base.StackTrace,
    };

    public override string ToString() => kind is 1 or 2 ? throw new NotSupportedException("no text") : base.ToString();
}

/// <summary>A part of a payload whose codec is the application's own, and fails where it is set.</summary>
[JsonConverter(typeof(Converter))]
public sealed record Trap(Trap.Spring At)
{
    public enum Spring
    {
        Never = 0,
        WhenRead,
        WhenWritten,
    }

    public static Trap Open { get; } = new(Spring.Never);

    internal sealed class Converter : JsonConverter<Trap>
    {
        public override Trap Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.GetInt32() == (int)Spring.WhenRead ? throw new Unreadable(1) : Open;

        public override void Write(Utf8JsonWriter writer, Trap value, JsonSerializerOptions options)
        {
            if (value.At == Spring.WhenWritten)
            {
                throw new Unreadable(1);
            }

            writer.WriteNumberValue((int)value.At);
        }
    }
}
