using Messaging.Wire;

namespace Messaging.Running;

/// <summary>
/// A correlation id as a key. This library's own are kept as numbers, so that those of a batch never become text; a
/// stranger's may be any text.
/// </summary>
/// <param name="Number">The number; 0 for a text that is none.</param>
/// <param name="Text">The text of an id that is no number; null otherwise.</param>
internal readonly record struct CallId(UInt128 Number, string? Text)
{
    public CallId(string text)
        : this(0, null)
    {
        if (CorrelationIds.TryParse(text, out var number))
        {
            Number = number;
        }
        else
        {
            Text = text;
        }
    }

    /// <summary>A call without a correlation id.</summary>
    public static CallId None => default;

    public bool IsNone => Number == 0 && Text is null;

    public override string ToString() => Text ?? CorrelationIds.Format(Number);
}
