"""Patient-specific monitoring of electrocardiograms, beat by beat, with the trunk of the music.

Kiranyaz, Ince, Gabbouj, "Real-time patient-specific ECG classification by 1-D convolutional neural
networks", IEEE Transactions on Biomedical Engineering 63(3), 2016, and "Personalized monitoring and
advance warning system for cardiac arrhythmias", Scientific Reports 7, 2017.

Research software, not a medical device.
"""

NOTICE = "Research software, not a medical device."
ATTRIBUTION = (
    "Contains information from the MIT-BIH Arrhythmia Database (doi 10.13026/C2F305), which is "
    "made available under the ODC Attribution License 1.0."
)
