using System.Globalization;

namespace Messaging.Running;

public sealed class EarlyCancelsTests
{
    [Fact]
    public void The_oldest_are_forgotten_first()
    {
        var cancels = new EarlyCancels(capacity: 3);
        foreach (var id in Enumerable.Range(0, 5))
        {
            cancels.Remember(new CallId(id.ToString(CultureInfo.InvariantCulture)));
            cancels.Remember(new CallId(id.ToString(CultureInfo.InvariantCulture)));
        }

        Assert.Equal([false, false, true, true, true], Enumerable.Range(0, 5).Select(id => cancels.Contains(new CallId(id.ToString(CultureInfo.InvariantCulture)))));
    }
}
