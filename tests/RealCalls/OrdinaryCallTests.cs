using CallCenterCrm.RealCalls.Support;
using Xunit;

namespace CallCenterCrm.RealCalls;

[Collection(StageCollection.Name)]
public sealed class OrdinaryCallTests(Stage stage)
{
    public static TheoryData<string> Names => new(OrdinaryCalls.All.Select(call => call.Name));

    [Theory]
    [MemberData(nameof(Names))]
    public Task An_ordinary_call_comes_out_as_the_phones_saw_it(string name) => stage.Ordinary(name);
}
